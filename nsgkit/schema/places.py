"""The tables of where addresses are: places, and the lines from own sites to them."""

from dataclasses import replace

from nsgkit.schema.columns import TIME, Column
from nsgkit.schema.tables import PEERS, RANKED, TRAFFIC, column

UNKNOWN_PLACE = "unknown"
SEVERAL_PLACES = "several places"  # of a group that lies in more than one
INSIDE_ONLY = "inside_only"  # where a table's attrs carry what was counted of no place: between inside ends

# fmt: off
# Where a place is, and who says so.
LOCATED: tuple[Column, ...] = (
    Column("place", "str", "Place", "City and country where a source tells the city and its coordinates, "
           "else the country; \"unknown\" where no source knows."),
    Column("country", "str", "Country", "ISO 3166-1 alpha-2 code of the country in which the address is "
           "registered or placed; \"unknown\" where no source knows."),
    Column("city", "str", "City", "Null where no source tells one.", nullable=True),
    Column("lat", "float64", "Latitude", "Of the city, or of a point within the country.", "degrees",
           nullable=True),
    Column("lon", "float64", "Longitude", "Of the city, or of a point within the country.", "degrees",
           nullable=True),
    Column("place_source", "str", "Said by", "Which source says where, and of which date it is."),
)
# One row an address: where it is, and who announces it.
PLACED: tuple[Column, ...] = (
    *LOCATED,
    Column("region", "str", "Region", "Of the city, as its source writes it, such as GB-ENG or ENG; null "
           "where no source tells one.", nullable=True),
    Column("operator", "str", "Network operator", "Who announces the address, by a file or a database; null "
           "where neither tells.", nullable=True),
)
_CITIES = "The cities that a source tells of its addresses, up to five; null where none does."
# One row a place; with a width of bins, one row a place and bin, with `start` and `end` in front.
PLACES: tuple[Column, ...] = (
    *(replace(each, meaning=_CITIES) if each.name == "city" else each for each in LOCATED),
    *TRAFFIC,
    replace(PEERS, name="addresses", label="Outside addresses", spoken="outside addresses",
            meaning="Distinct outside addresses there."),
    Column("hosts", "int64", "Own hosts", "Distinct own addresses that dealt with them.", "addresses"),
    Column("from_there", "int64", "From there", "Connections that were opened from there.", "connections"),
    Column("to_there", "int64", "To there", "Connections that were opened to there.", "connections"),
    Column("bytes_to_there", "Int64", "Bytes to there", "Sent from inside to there, whoever called; null "
           "where no counter is known.", "bytes", nullable=True),
    Column("largest", "str", "Largest addresses", "Up to five of the addresses, those with the most "
           "connections and denied attempts first, with how many."),
    *RANKED,
)
# One row for each own site and place between which there was traffic.
PLACE_LINKS: tuple[Column, ...] = (
    Column("site", "str", "Own site", "The own virtual network or site."),
    Column("site_lat", "float64", "Latitude of the site", "As network.toml gives it.", "degrees"),
    Column("site_lon", "float64", "Longitude of the site", "As network.toml gives it.", "degrees"),
    *(column(name, LOCATED) for name in ("place", "country", "lat", "lon")),
    *(column(name, TRAFFIC) for name in ("connections", "denied", "bytes", "first", "last")),
)
SPAN: tuple[Column, ...] = (
    Column("start", TIME, "From (UTC)", "The beginning of the bin.", "UTC"),
    Column("end", TIME, "To (UTC)", "Its end, which is not part of it.", "UTC"),
)
