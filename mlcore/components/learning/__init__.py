"""What the encoder is trained by: losses, queues, centres, batches and the loop."""
