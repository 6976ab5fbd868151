module colocatedcache.dev/devcluster

go 1.24
