"""A clip encoder from the catalogue's own shots: trained, judged, made ready, live."""
