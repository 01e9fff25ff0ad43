"""What a profile is made of: recent events, counts, responses, holdings, orders. Values, each within its bounds."""
