"""What the app's server keeps and says: experiments, who may steer them, and the channel that players listen to."""
