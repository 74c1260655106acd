"""The Gradio chat and review desk; speaks HTTP to the API and imports nothing else of ours."""
