select << ref('a') >> from << 
