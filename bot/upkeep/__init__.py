"""What whoever runs the bot does to what it keeps: forgetting, moving, finding out."""
