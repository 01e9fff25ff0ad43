"""For the page in the browser: decided slots as JSON, and the script that puts them in their places."""
