<% set x = 3 %>select << x >> as id, 1 \<< 2 as shifted from << ref('curly') >>
