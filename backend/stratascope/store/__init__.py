"""What is kept on disk: results (disposable), saved analyses (precious), and the folder that holds both."""
