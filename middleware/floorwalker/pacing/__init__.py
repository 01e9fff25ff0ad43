"""How often somebody may: so many a minute for each, in memory that nobody can fill or flush."""
