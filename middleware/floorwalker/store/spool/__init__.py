"""On disk: steps that wait for a store that is away, so that they outlive the process that saw them."""
