"""A process that runs the jobs of a world until it is killed."""

import sys
import time

from reconciler.emulator.jobs_drive import Driver
from reconciler.emulator.world import World

if __name__ == "__main__":
    driver = Driver(World.open(sys.argv[1]))
    while True:
        driver.look()
        time.sleep(0.05)
