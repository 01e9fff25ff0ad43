"""Two profiles become one, holding by holding. Pure; whatever comes out is within the bounds of a folded one."""
