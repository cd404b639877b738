"""Who may use the bot, where and how often, and what is kept from other organisations."""
