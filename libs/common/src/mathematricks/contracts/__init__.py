"""What crosses a boundary: messages, topics, REST models, collections. Imports only pydantic."""
