"""Where the component encoder in use and its detector lie, with their card."""
