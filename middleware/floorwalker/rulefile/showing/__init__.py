"""What is shown: slots, entries, blocks, promotions."""
