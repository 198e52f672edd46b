"""An encoder of editing components: trained on what is drawn, judged, made ready, live."""
