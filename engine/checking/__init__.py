"""Everything wrong with what is to be deployed, told before anything runs."""
