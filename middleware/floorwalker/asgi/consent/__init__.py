"""`POST PREFIX/me/consent`: what a visitor allows, said by themselves."""
