"""What leaves for a warehouse: events as they come, profiles as they stand, as files of rows with typed columns."""
