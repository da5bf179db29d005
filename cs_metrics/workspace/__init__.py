"""What is kept: uploads, versions, and the small things that change. Nothing here knows a KPI."""
