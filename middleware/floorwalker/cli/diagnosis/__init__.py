"""What is wrong with an installation, why it matters, and what to do: pure judgements of what was found."""
