"""What each layer would predict, and who wrote the prediction."""
