"""What every explorer shares: its frame, its status line, its tables, its code, its work beside the page."""
