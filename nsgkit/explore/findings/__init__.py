"""The findings explorer: incidents, their stories, and what proves each finding."""
