"""A process that runs the jobs of a world until it is killed."""

import sys
import threading

from reconciler.emulator.jobs_drive import driving
from reconciler.emulator.world import World

if __name__ == "__main__":
    with driving(World.open(sys.argv[1])):
        threading.Event().wait()
