"""The closed word lists of the rule language."""

from collections.abc import Mapping

GROUPS = (
    "this page",
    "arrival",
    "device",
    "place and time",
    "visit",
    "behaviour",
    "interest",
    "money",
    "person",
    "response",
    "composition",
)
MEDIA = ("search", "social", "ai", "email", "ad", "partner", "referral", "internal", "direct")
DEVICE_TYPES = ("desktop", "mobile", "tablet", "tv", "console")
CONNECTIONS = ("slow-2g", "2g", "3g", "4g", "save-data")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAYPARTS = ("morning", "midday", "afternoon", "evening", "night")
ZONES = ("visitor", "site")
LIFECYCLES = ("new", "active", "loyal", "under-monetized", "at-risk", "churned")
CONTINENTS: Mapping[str, str] = {
    "AF": "africa",
    "AN": "antarctica",
    "AS": "asia",
    "EU": "europe",
    "NA": "north america",
    "OC": "oceania",
    "SA": "south america",
}
WINDOWS: Mapping[str, str] = {"this visit": "visit", "today": "today", "this week": "week", "this month": "month"}
"""As written → the kind of Window."""

# ISO 3166-1 alpha-2, and XK, which place databases use for Kosovo
_COUNTRY_CODES = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD
CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF
GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN
KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI
SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI
VN VU WF WS XK YE YT ZA ZM ZW
"""
COUNTRIES = tuple(_COUNTRY_CODES.split())
