import hashlib
import uuid

from reconciler.emulator.braket.context import Context


def new_id(context: Context, name: str) -> str:
    """The id of something new, from a name that nothing else in this world has."""
    seed = context.switches.text("seed")
    if seed == "0":
        seed = context.connection.execute("SELECT value FROM meta WHERE name = 'world'").fetchone()[0]
    return str(uuid.UUID(bytes=hashlib.sha256(f"{seed}:{name}".encode()).digest()[:16], version=4))
