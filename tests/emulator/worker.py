"""One of several processes at one local cloud: `python -m tests.emulator.worker FILE`; it prints all it saw."""

import sys

from reconciler.emulator.world import World
from tests.emulator.local import Local


def main() -> None:
    world = World.open(sys.argv[1])
    local = Local(world)
    arns = [local.create(f"token {number}") for number in range(8)]
    world.advance(3600)
    s3 = local.client("s3")
    for arn in arns:
        found = local.get(arn)
        key = f"{found['outputS3Directory']}/results.json"
        body = s3.get_object(Bucket=found["outputS3Bucket"], Key=key)["Body"].read()
        sys.stdout.write(f"{arn} {found['status']} {body!r}\n")


if __name__ == "__main__":
    main()
