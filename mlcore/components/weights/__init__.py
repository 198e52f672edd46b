"""Where the component encoder in use and its detector lie; none ships yet."""
