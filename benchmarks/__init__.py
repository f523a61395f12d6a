"""Side by side with peers: ratios that hold on any machine, never absolute claims."""
