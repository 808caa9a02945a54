"""Settings, connections and wiring: where a platform's rooms are opened."""
