"""K-means on a cluster, and training by several processes, with the results of one machine."""
