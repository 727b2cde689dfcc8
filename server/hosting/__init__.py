"""How the MCP surface meets the world: stdio, and HTTP with Streamable HTTP, SSE and a health check."""
