"""Who talks to whom as a picture: a topology becomes a graph, and that Mermaid text or an HTML page. Pure."""
