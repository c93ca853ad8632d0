import streamlit as st
st.title("Fisher Lab")
