"""`python -m demo_site`: the plain shop on port 8000."""

import uvicorn

from demo_site.app import create_app

if __name__ == "__main__":
    uvicorn.run(create_app(), host="127.0.0.1", port=8000)
