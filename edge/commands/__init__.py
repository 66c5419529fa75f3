"""What the centre may ask of a gateway, and how it is answered; nothing asked for changes the gateway."""
