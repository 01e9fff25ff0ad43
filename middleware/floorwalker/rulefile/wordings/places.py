"""Countries and languages by their names, in English and, of some, in their own tongue."""

from collections.abc import Mapping

_COUNTRIES = """
AD Andorra; AE United Arab Emirates, UAE, Emirates; AF Afghanistan; AG Antigua and Barbuda; AI Anguilla; AL Albania;
AM Armenia; AO Angola; AQ Antarctica; AR Argentina; AS American Samoa; AT Austria, Österreich, AUT; AU Australia, AUS;
AW Aruba; AX Åland Islands; AZ Azerbaijan; BA Bosnia and Herzegovina, Bosnia; BB Barbados; BD Bangladesh;
BE Belgium, Belgien, Belgique, België, BEL; BF Burkina Faso; BG Bulgaria; BH Bahrain; BI Burundi; BJ Benin;
BL Saint Barthélemy; BM Bermuda; BN Brunei; BO Bolivia; BR Brazil, Brasil, BRA; BS Bahamas; BT Bhutan; BW Botswana;
BY Belarus; BZ Belize; CA Canada, CAN; CD Democratic Republic of the Congo; CF Central African Republic; CG Congo;
CH Switzerland, Schweiz, Suisse, Svizzera, CHE, Swiss; CI Ivory Coast, Côte d'Ivoire; CK Cook Islands; CL Chile;
CM Cameroon; CN China, CHN; CO Colombia; CR Costa Rica; CU Cuba; CV Cape Verde; CW Curaçao; CY Cyprus;
CZ Czechia, Czech Republic, CZE; DE Germany, Deutschland, Allemagne, GER, DEU, D; DJ Djibouti;
DK Denmark, Danmark, Dänemark, DNK; DM Dominica; DO Dominican Republic; DZ Algeria; EC Ecuador; EE Estonia; EG Egypt;
ER Eritrea; ES Spain, España, Spanien, ESP; ET Ethiopia; FI Finland, Suomi, FIN; FJ Fiji; FK Falkland Islands;
FM Micronesia; FO Faroe Islands; FR France, Frankreich, FRA, F; GA Gabon; GD Grenada; GE Georgia; GF French Guiana;
GB United Kingdom, UK, Great Britain, Britain, England, Scotland, Wales, GBR; GG Guernsey; GH Ghana; GI Gibraltar;
GL Greenland; GM Gambia; GN Guinea; GP Guadeloupe; GQ Equatorial Guinea; GR Greece, GRC, EL; GT Guatemala; GU Guam;
GW Guinea-Bissau; GY Guyana; HK Hong Kong; HN Honduras; HR Croatia, Hrvatska; HT Haiti; HU Hungary, HUN;
ID Indonesia; IE Ireland, IRL; IL Israel; IM Isle of Man; IN India, IND; IQ Iraq; IR Iran; IS Iceland;
IT Italy, Italia, Italien, ITA; JE Jersey; JM Jamaica; JO Jordan; JP Japan, JPN; KE Kenya; KG Kyrgyzstan; KH Cambodia;
KI Kiribati; KM Comoros; KN Saint Kitts and Nevis; KP North Korea; KR South Korea, Korea, KOR; KW Kuwait;
KY Cayman Islands; KZ Kazakhstan; LA Laos; LB Lebanon; LC Saint Lucia; LI Liechtenstein; LK Sri Lanka; LR Liberia;
LS Lesotho; LT Lithuania; LU Luxembourg, Luxemburg; LV Latvia; LY Libya; MA Morocco; MC Monaco; MD Moldova;
ME Montenegro; MG Madagascar; MH Marshall Islands; MK North Macedonia, Macedonia; ML Mali; MM Myanmar, Burma;
MN Mongolia; MO Macao, Macau; MQ Martinique; MR Mauritania; MS Montserrat; MT Malta; MU Mauritius; MV Maldives;
MW Malawi; MX Mexico, México, MEX; MY Malaysia; MZ Mozambique; NA Namibia; NC New Caledonia; NE Niger; NG Nigeria;
NI Nicaragua; NL Netherlands, The Netherlands, Holland, Niederlande, Nederland, NLD; NO Norway, Norge, Norwegen, NOR;
NP Nepal; NR Nauru; NU Niue; NZ New Zealand, NZL; OM Oman; PA Panama; PE Peru; PF French Polynesia;
PG Papua New Guinea; PH Philippines; PK Pakistan; PL Poland, Polska, Polen, POL; PM Saint Pierre and Miquelon;
PR Puerto Rico; PS Palestine; PT Portugal, PRT; PW Palau; PY Paraguay; QA Qatar; RE Réunion; RO Romania; RS Serbia;
RU Russia, Russian Federation, RUS; RW Rwanda; SA Saudi Arabia; SB Solomon Islands; SC Seychelles; SD Sudan;
SE Sweden, Sverige, Schweden, SWE; SG Singapore; SH Saint Helena; SI Slovenia; SK Slovakia, SVK; SL Sierra Leone;
SM San Marino; SN Senegal; SO Somalia; SR Suriname; SS South Sudan; SV El Salvador; SX Sint Maarten; SY Syria;
SZ Eswatini, Swaziland; TC Turks and Caicos Islands; TD Chad; TG Togo; TH Thailand; TJ Tajikistan; TL East Timor;
TM Turkmenistan; TN Tunisia; TO Tonga; TR Turkey, Türkiye, TUR; TT Trinidad and Tobago; TV Tuvalu; TW Taiwan;
TZ Tanzania; UA Ukraine, UKR; UG Uganda; US United States, USA, U.S., U.S.A., America, United States of America;
UY Uruguay; UZ Uzbekistan; VA Vatican; VC Saint Vincent and the Grenadines; VE Venezuela; VG British Virgin Islands;
VI US Virgin Islands; VN Vietnam; VU Vanuatu; WS Samoa; XK Kosovo; YE Yemen; ZA South Africa; ZM Zambia; ZW Zimbabwe
"""
_CONTINENTS = {
    **dict.fromkeys(("eu", "europe", "european union"), "continent: EU"),
    **dict.fromkeys(("asia",), "continent: AS"),
    **dict.fromkeys(("africa",), "continent: AF"),
    **dict.fromkeys(("north america",), "continent: NA"),
    **dict.fromkeys(("south america",), "continent: SA"),
    **dict.fromkeys(("oceania",), "continent: OC"),
    "dach": "country: [DE, AT, CH]",
    "benelux": "country: [BE, NL, LU]",
    "scandinavia": "country: [DK, NO, SE]",
}
_LANGUAGES = """
ar Arabic; bg Bulgarian; ca Catalan; cs Czech; da Danish, dansk; de German, Deutsch, ger, deu; el Greek;
en English, eng, englisch; es Spanish, español, spanisch; et Estonian; fi Finnish, suomi;
fr French, français, französisch; ga Irish; he Hebrew; hi Hindi; hr Croatian; hu Hungarian; id Indonesian;
is Icelandic; it Italian, italiano, italienisch; ja Japanese; ko Korean; lt Lithuanian; lv Latvian; ms Malay;
nb Norwegian, norsk; nl Dutch, Nederlands; pl Polish, polski; pt Portuguese, português; ro Romanian; ru Russian;
sk Slovak; sl Slovenian; sr Serbian; sv Swedish, svenska; th Thai; tr Turkish; uk Ukrainian; vi Vietnamese; zh Chinese
"""


def _read(said: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in said.replace("\n", " ").split(";"):
        code, _, names = one.strip().partition(" ")
        for name in names.split(", "):
            found[name.casefold()] = code
    return found


_COUNTRY_OF: Mapping[str, str] = _read(_COUNTRIES)
_LANGUAGE_OF: Mapping[str, str] = _read(_LANGUAGES)


def country_here(name: str) -> str | None:
    """The ISO code of a country by its name."""
    return _COUNTRY_OF.get(" ".join(name.split()).casefold())


def part_of_the_world(name: str) -> str | None:
    """The condition that a part of the world is, where it is no country."""
    return _CONTINENTS.get(" ".join(name.split()).casefold())


def language_here(name: str) -> str | None:
    """The tag of a language by its name."""
    return _LANGUAGE_OF.get(" ".join(name.split()).casefold())
