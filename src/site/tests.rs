//! Sites of a few docs: pages by inheritance, sidebars, links.
