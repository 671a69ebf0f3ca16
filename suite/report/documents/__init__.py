"""What programs and other pages read: result documents, Markdown, annotations, pictures."""
