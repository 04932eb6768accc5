"""Reading tables that people send: any spreadsheet or text form they have, or a refusal they can act on."""

from guanxi.surfaces.exchange.reading.table import Table, open_table
from guanxi.surfaces.exchange.refusal import Refused

__all__ = ["Refused", "Table", "open_table"]
