"""The price tables of a project: those that it keeps in its folder `prices`, else those that qctl is shipped with."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from reconciler.core.digest import canonical, sha256
from reconciler.core.price_table import InvalidPriceTable, PriceTable, parse_table

FOLDER: Final = "prices"
BRAKET, PASQAL = "AmazonBraket", "Pasqal"
FILES: Final = {BRAKET: "amazon-braket.csv", PASQAL: "pasqal.csv"}
COLUMNS: Final = {
    BRAKET: (
        *("Region Code", "DeviceName", "Device Name", "Product Family", "Version", "operation"),
        *("PricePerUnit", "Currency", "Unit"),
    ),
    PASQAL: ("DeviceName", "Unit", "PricePerUnit", "Currency", "SecondsPerShot"),
}
_LARGEST: Final = 50_000_000  # bytes; AWS's list has some hundred thousand


class PriceLists:
    """Reads each table when it is first asked for. `root` is the project's folder; None: only what is shipped."""

    def __init__(self, root: Path | None = None) -> None:
        self._root = root
        self._tables: dict[str, PriceTable] = {}

    @property
    def braket(self) -> PriceTable:
        """Amazon Braket's. Raises InvalidPriceTable."""
        return self._table(BRAKET)

    @property
    def pasqal(self) -> PriceTable:
        """Pasqal's. Raises InvalidPriceTable."""
        return self._table(PASQAL)

    def of(self, cloud: str) -> PriceTable | None:
        """The table of a cloud, None for one that charges nothing. Raises InvalidPriceTable."""
        name = {"braket": BRAKET, "pasqal": PASQAL}.get(cloud)
        return None if name is None else self._table(name)

    @property
    def tables(self) -> tuple[PriceTable, ...]:
        """All of them. Raises InvalidPriceTable."""
        return self.braket, self.pasqal

    @property
    def digest(self) -> str:
        """One digest of all tables: a plan made with it is priced anew when it differs. Raises InvalidPriceTable."""
        return sha256(canonical([[table.name, table.digest] for table in self.tables]))

    def reread(self) -> PriceLists:
        """The same tables as they are now."""
        return PriceLists(self._root)

    def _table(self, name: str) -> PriceTable:
        if name not in self._tables:
            own = self._root / FOLDER / FILES[name] if self._root is not None else None
            self._tables[name] = read_table(own, name) if own is not None and own.is_file() else _shipped(name)
        return self._tables[name]


def read_table(path: Path, name: str = "") -> PriceTable:
    """A table from a file, of that OfferCode if one is given. Raises InvalidPriceTable."""
    origin = f"{path.parent.name}/{path.name}" if name else path.name
    try:
        if path.stat().st_size > _LARGEST:
            raise InvalidPriceTable(f"{origin}: it is larger than {_LARGEST:,} bytes")
        table = parse_table(path.read_text("utf-8"), origin, COLUMNS)
    except UnicodeDecodeError as error:
        raise InvalidPriceTable(f"{origin}: it is not UTF-8") from error
    except InvalidPriceTable as error:
        raise InvalidPriceTable(f"{origin}: {error}") from error
    if name and table.name != name:
        raise InvalidPriceTable(f"{origin}: it is the list of {table.name[:40]}, not of {name}")
    return table


@lru_cache(maxsize=2)
def _shipped(name: str) -> PriceTable:
    return parse_table(shipped_text(name), "shipped with qctl", COLUMNS)


def shipped_text(name: str) -> str:
    """The text of a table as it is shipped."""
    return files("reconciler.providers").joinpath(FOLDER, FILES[name]).read_text("utf-8")
