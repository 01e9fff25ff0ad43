"""What is installed with floorwalker: licences, bounds, known vulnerabilities. `python -m audit --help`."""
