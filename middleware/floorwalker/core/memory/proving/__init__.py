"""What is counted to compare those who were shown something with those who were not."""
