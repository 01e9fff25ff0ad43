"""`python -m floorwalker` is the command `floorwalker`."""

import sys

from floorwalker.cli import main

sys.exit(main())
