"""Graph algorithms on generated graphs."""

import random

import networkx as nx

g = nx.gnm_random_graph(60, 150, seed=5)
rng = random.Random(3)
for a, b in g.edges:
    g.edges[a, b]["weight"] = rng.randrange(1, 20)
print(g, nx.is_connected(g), sorted(len(c) for c in nx.connected_components(g)))
print(sorted(dict(nx.single_source_dijkstra_path_length(g, 0)).items()))
print(nx.shortest_path(g, 0, 30) if nx.has_path(g, 0, 30) else None)
print(sorted((round(v, 9), k) for k, v in nx.betweenness_centrality(g).items())[-10:])
print(sorted(nx.core_number(g).items()), nx.transitivity(g), nx.average_clustering(g))
print(sorted(nx.minimum_spanning_edges(g, data=False)))
print([sorted(c) for c in nx.community.greedy_modularity_communities(g)])
print(sorted(map(sorted, nx.find_cliques(g)))[:20], nx.greedy_color(g))
d = nx.DiGraph([(0, 1), (1, 2), (2, 3), (1, 3), (4, 1), (3, 5)])
print(list(nx.topological_sort(d)), list(nx.all_topological_sorts(d))[:5], sorted(nx.transitive_closure(d).edges))
for i, (a, b) in enumerate(d.edges):
    d.edges[a, b]["capacity"] = i + 2
print(nx.maximum_flow(d, 0, 5), nx.minimum_cut(d, 4, 5))
print(nx.is_isomorphic(nx.petersen_graph(), nx.relabel_nodes(nx.petersen_graph(), lambda v: 9 - v)))
print(sorted(nx.max_weight_matching(g)), list(nx.dfs_preorder_nodes(g, 0))[:20], list(nx.bfs_edges(g, 0))[:20])
print("\n".join(nx.generate_adjlist(nx.balanced_tree(2, 3))), nx.to_dict_of_lists(nx.cycle_graph(5)))
print("\n".join(nx.generate_gml(nx.path_graph(3))), nx.is_tree(nx.star_graph(3)))
