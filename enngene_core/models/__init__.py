"""Networks and bundles. TensorFlow starts here, and is imported by nothing below."""
