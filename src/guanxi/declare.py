"""The public face of the kernel: what a declaration needs. Areas import this."""

from guanxi.kernel.dictionary import Dictionary, Fixed, Value
from guanxi.kernel.entity import Action, Board, Clock, Entity, Form, Preset, Unique
from guanxi.kernel.fields.attachment import Attachments
from guanxi.kernel.fields.boolean import Flag
from guanxi.kernel.fields.choice import Choice, Tags
from guanxi.kernel.fields.code import AutoNumber, CreditCode, ResidentId
from guanxi.kernel.fields.condition import Condition
from guanxi.kernel.fields.contact import Email, Phone, Region, Url
from guanxi.kernel.fields.dates import Date, DateTime
from guanxi.kernel.fields.geo import GeoPoint
from guanxi.kernel.fields.lookup import Links, Lookup
from guanxi.kernel.fields.measure import Duration, Percent, Rating
from guanxi.kernel.fields.money import Money
from guanxi.kernel.fields.number import Decimals, Integer
from guanxi.kernel.fields.person import Department, Person
from guanxi.kernel.fields.rollup import RollUp
from guanxi.kernel.fields.secret import Secret
from guanxi.kernel.fields.several import Departments, FieldNames, People, Positions
from guanxi.kernel.fields.text import Text
from guanxi.kernel.grants import Grants
from guanxi.kernel.record import Record

__all__ = [
    "Action", "Attachments", "AutoNumber", "Board", "Choice", "Clock", "Condition", "CreditCode", "Date", "DateTime", "Decimals", "Department",
    "Departments", "Dictionary", "Duration", "Email", "Entity", "FieldNames", "Fixed", "Flag", "Form", "GeoPoint", "Grants", "Integer", "Links",
    "Lookup", "Money", "People", "Percent", "Person", "Phone", "Positions", "Preset", "Rating", "Record", "Region", "ResidentId", "RollUp", "Secret",
    "Tags", "Text", "Unique", "Url", "Value",
]  # fmt: skip
